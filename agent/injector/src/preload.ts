import { Channel } from './channel/channel.ts';
import { readConfig } from './config.ts';
import { setFaultHeader } from './hooks/mark.ts';
import { startImmediate } from './host/clock.ts';
import { guarded, safely, setDebug } from './host/guard.ts';
import { load } from './host/load.ts';

/** One control channel a thread, however often and by whatever way the file is loaded. */
const mark = Symbol.for('pado.injector');

safely(() => {
  // Node's own threads, such as the one that runs a program's module loaders, are not the program.
  if (Reflect.has(globalThis, mark) || Reflect.get(load('node:worker_threads'), 'isInternalThread') === true) return;
  const config = readConfig(process.env);
  if (!config) return;
  Object.defineProperty(globalThis, mark, { value: true });
  setDebug(config.debug);
  setFaultHeader(config.faultHeader);
  const channel = new Channel(config);
  // The thread's own work comes first; one that has none ends before.
  startImmediate(guarded(() => channel.start())).unref();
});
