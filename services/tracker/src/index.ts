export type { Tracker, TrackerOptions } from './app.ts'
export { startTracker } from './app.ts'
export { TrackerConfig } from './config.ts'
export { trackedTopics } from './tracking.ts'
