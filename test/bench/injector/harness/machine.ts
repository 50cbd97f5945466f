import os from 'node:os';

/** Where the figures were measured. */
export const machine = () => ({
  cores: os.availableParallelism(),
  cpu: os.cpus()[0]?.model ?? 'unknown',
  memoryGiB: Math.round(os.totalmem() / 2 ** 30),
  kernel: `${os.type()} ${os.release()} ${os.arch()}`,
  node: process.version,
});

export type Machine = ReturnType<typeof machine>;
