import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Test } from 'tap';
import { freePort } from './free-port.ts';

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const answered = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return answered;
}

/** A real Redis (Debian's redis-server), gone at the end of the test; undefined where there is none, which CI does not accept. */
export async function redis(t: Test): Promise<number | undefined> {
  const port = await freePort();
  const child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', ''], {
    stdio: 'ignore',
  });
  const failed = await Promise.race([once(child, 'error'), once(child, 'spawn').then(() => undefined)]);
  if (failed) {
    if (process.env.CI)
      throw new Error('redis-server is not installed: apt-get install redis-server', { cause: failed[0] });
    return undefined;
  }
  t.teardown(() => {
    child.kill('SIGKILL');
  });
  while (child.exitCode === null) {
    if (await listens(port)) return port;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`redis-server has ended with ${child.exitCode}`);
}
