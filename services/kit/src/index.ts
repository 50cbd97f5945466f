export { ConfigError, readConfig } from './config.ts';
export { currentContext, runInContext } from './context.ts';
export type { Database } from './database.ts';
export { PeerClient, type PeerRequest } from './http/peer-client.ts';
export { PeerError, type PeerErrorReason } from './http/peer-error.ts';
export { InFlightCap } from './in-flight-cap.ts';
export { Problem, problem } from './problem.ts';
export { serve } from './serve.ts';
export {
  type App,
  type BuiltService,
  buildApp,
  defineService,
  type ServiceContext,
  type ServiceDefinition,
} from './service.ts';
