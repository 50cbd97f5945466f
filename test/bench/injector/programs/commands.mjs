// Answers its parent's questions, one message a question.
import v8 from 'node:v8';
import vm from 'node:vm';

let served = 0;
/** Counts a request. */
export const count = () => {
  served += 1;
};

const common = {
  pid: () => process.pid,
  usage: () => {
    const { user, system } = process.cpuUsage();
    const { idle, active } = performance.eventLoopUtilization();
    return { cpuUs: user + system, atMs: performance.now(), served, idleMs: idle, activeMs: active };
  },
  heap: () => v8.getHeapStatistics().used_heap_size,
  gc: () => {
    v8.setFlagsFromString('--expose-gc');
    vm.runInNewContext('gc')();
  },
};

export function answer(commands) {
  const all = { ...common, ...commands };
  process.on('message', async ({ id, command, argument }) => {
    try {
      process.send({ id, value: await all[command](argument) });
    } catch (error) {
      process.send({ id, error: String(error?.stack ?? error) });
    }
  });
  process.on('disconnect', () => process.exit());
  process.send({ id: 'ready' });
}
