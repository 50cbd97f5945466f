import { execFile } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bundle } from '@pado/injector/bundle';
import t, { type Test } from 'tap';

const run = promisify(execFile);
/** Only a process that hangs takes that long. */
const timeout = 20_000;

/** Accepts connections, and does as it is told with them. */
async function listener(t: Test, onSocket: (write: (text: string) => void) => void): Promise<string> {
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onSocket((text) => void socket.write(text));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Address of a port that was free a moment ago. */
async function nobody(): Promise<string> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}`;
}

const secure = (url: string): string => url.replace('http:', 'https:');
const PADO_AGENT_CA_FILE = fileURLToPath(new URL('../../../fixtures/tls/cert.pem', import.meta.url));

const programs = {
  'ends at once': 'process.exitCode = 7',
  'works for a while': 'setTimeout(() => { process.exitCode = 7; }, 1500)',
  'ends by process.exit': 'setTimeout(() => process.exit(7), 300)',
} as const;

t.test('without an agent a program starts and ends as ever', async (t) => {
  const agents: Readonly<Record<string, NodeJS.ProcessEnv>> = {
    'no address': {},
    'an address that is none': { PADO_AGENT_URL: 'nonsense' },
    'nobody there': { PADO_AGENT_URL: await nobody() },
    'one that says nothing': { PADO_AGENT_URL: await listener(t, () => {}) },
    'a name that nobody knows': { PADO_AGENT_URL: 'http://pado-agent.invalid:4600' },
    'nobody there, over TLS': { PADO_AGENT_URL: secure(await nobody()), PADO_AGENT_CA_FILE },
    'one that says nothing, over TLS': { PADO_AGENT_URL: secure(await listener(t, () => {})), PADO_AGENT_CA_FILE },
    'one that speaks no TLS': {
      PADO_AGENT_URL: secure(await listener(t, (write) => write('SSH-2.0-OpenSSH\r\n'))),
      PADO_AGENT_CA_FILE,
    },
    'no certificate to trust it by': { PADO_AGENT_URL: secure(await listener(t, () => {})) },
    'one that is no agent': {
      PADO_AGENT_URL: await listener(t, (write) => write('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n')),
    },
    'one that speaks no HTTP': { PADO_AGENT_URL: await listener(t, (write) => write('SSH-2.0-OpenSSH\r\n')) },
    'one that accepts and says nothing more': {
      PADO_AGENT_URL: await listener(t, (write) => write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')),
    },
  };
  const NODE_OPTIONS = `--require=${await bundle()}`;
  const runs = Object.entries(agents).flatMap(([agent, more]) =>
    Object.entries(programs).map(async ([name, program]) => {
      const env = { ...process.env, ...more, NODE_OPTIONS, PADO_NAME: 'program' };
      const ended = await run(process.execPath, ['-e', program], { env, timeout }).catch((error: unknown) => error);
      t.match(ended, { code: 7, killed: false, stdout: '', stderr: '' }, `${agent}: a program that ${name}`);
    }),
  );
  await Promise.all(runs);
});
