import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { bundle } from '@pado/injector/bundle';
import type { Host } from './host.ts';

const listening = /Debugger listening on (ws:\S+)/;

/** Opens the inspector of a running program (started with --inspect-port=0) and returns its address. */
async function openInspector(host: Host): Promise<string> {
  host.child.kill('SIGUSR1');
  for (;;) {
    const url = listening.exec(host.output)?.[1];
    if (url) return url;
    await once(host.child.stderr!, 'data');
  }
}

/** Evaluates an expression in the program, with the `require` of the inspector's console. */
async function evaluate(url: string, expression: string): Promise<void> {
  const socket = new WebSocket(url);
  await once(socket, 'open');
  const params = { expression, includeCommandLineAPI: true };
  socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params }));
  const [event] = (await once(socket, 'message')) as [MessageEvent];
  const { result, error } = JSON.parse(String(event.data));
  socket.close();
  const problem = error ?? result.exceptionDetails;
  if (problem) throw new Error(JSON.stringify(problem));
}

/** Brings the injector into a program that has long been running without it. */
export async function injectLate(host: Host, env: Readonly<Record<string, string>>): Promise<void> {
  const url = await openInspector(host);
  const text = await readFile(await bundle(), 'utf8');
  const module = 'const module = { exports: {} }; const { exports } = module;';
  const body = `Object.assign(process.env, ${JSON.stringify(env)}); ${module}\n${text}`;
  await evaluate(url, `((require) => { ${body}\n})(require)`);
}
