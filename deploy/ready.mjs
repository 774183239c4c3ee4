#!/usr/bin/env node
// Asks the service of this container whether it can do its work: deploy/ready.mjs <port>. Ends with 0 or 1.

const port = process.argv[2] ?? '8080'
const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => ({ ok: false }))
process.exit(answer.ok ? 0 : 1)
