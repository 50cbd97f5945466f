export { type Agent, type AgentOptions, startAgent } from './agent.ts';
export { type Clock, monotonicClock } from './clock.ts';
export { jsonLog, type Log, silentLog } from './log.ts';
export { validateFault } from './validate.ts';
