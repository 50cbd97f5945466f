import { parseArgs } from 'node:util';
import { startAgent } from './agent.ts';
import { jsonLog } from './log.ts';

/** The agent as a process: `node agent/daemon/src/server.ts --state DIR [--port N] [--host H]`. */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    host: { type: 'string', default: '127.0.0.1' },
    state: { type: 'string' },
  },
});
const port = Number(values.port);
if (values.state === undefined || !Number.isInteger(port) || port < 0 || port > 65_535) {
  process.stderr.write('usage: server.ts --state DIR [--port 0-65535] [--host ADDRESS]\n');
  process.exit(2);
}
const log = jsonLog(process.stdout);
try {
  const agent = await startAgent({ host: values.host, port, stateDirectory: values.state, log });
  const stop = () => void agent.close().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
} catch (error) {
  process.stderr.write(`agent: could not start: ${(error as Error).message}\n`);
  process.exit(1);
}
