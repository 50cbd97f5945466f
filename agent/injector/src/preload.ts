import { isMainThread } from 'node:worker_threads';
import { Channel } from './channel/channel.ts';
import { readConfig } from './config.ts';
import { safely, setDebug } from './host/guard.ts';

/** One control channel a process, however often and by whatever way the file is loaded. */
const mark = Symbol.for('pado.injector');

safely(() => {
  if (!isMainThread || Reflect.has(globalThis, mark)) return;
  const config = readConfig(process.env);
  if (!config) return;
  Object.defineProperty(globalThis, mark, { value: true });
  setDebug(config.debug);
  new Channel(config).start();
});
