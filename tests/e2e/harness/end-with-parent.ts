// Loaded into programs that a test starts: they end, in order, when the test's own process is gone, a kill -9 included.

process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))
process.channel?.unref()
