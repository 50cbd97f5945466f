import { execFile } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { createLiveView } from '../../../runner/src/live/live-view.ts';
import { experiment, finished, flood, injected, started } from './events.ts';
import { Terminal } from './terminal.ts';

t.test('on a terminal the run is drawn, and what is left at the end is its summary', async (t) => {
  const terminal = new Terminal(80);
  const view = createLiveView({ output: terminal.stream, color: true });
  for (const event of [started, experiment, flood, injected]) view.listener(event);
  terminal.emit('resize');
  t.ok(terminal.lines.some((line) => line.includes('▶ 3 experiment')));
  view.listener(finished);
  t.notOk(terminal.lines.some((line) => line.includes('▶ 3 experiment')));
  t.match(terminal.lines[0], /^✗ deviated/);
  view.close();
  t.equal(terminal.cursorShown, true);
  t.equal(terminal.listenerCount('resize'), 0);
});

t.test('a run that is broken off leaves its last state on the screen', async (t) => {
  const terminal = new Terminal(80);
  const view = createLiveView({ output: terminal.stream, color: true });
  view.listener(started);
  view.listener(experiment);
  view.close();
  view.close();
  t.ok(terminal.lines.some((line) => line.startsWith('experiment')));
  t.equal(terminal.cursorShown, true);
});

for (const [what, output, color] of [
  ['without a terminal', new PassThrough(), true],
  ['without colour', new Terminal(80).stream, false],
] as const) {
  t.test(`${what} there are plain lines`, async (t) => {
    const written: string[] = [];
    output.write = (chunk: unknown) => written.push(String(chunk)) > 0;
    const view = createLiveView({ output, color });
    for (const event of [started, experiment, flood, finished]) view.listener(event);
    view.close();
    t.equal(written.length, 5);
    t.notOk(written.join('').includes('\u001b'));
  });
}

t.test('a process that dies of an error gives the cursor back', async (t) => {
  const program = fileURLToPath(new URL('../../fixtures/live-crash.ts', import.meta.url));
  const command = `${process.execPath} ${program}`;
  const [code, text] = await new Promise<[unknown, string]>((resolve) => {
    execFile('script', ['-qec', command, '/dev/null'], { env: { ...process.env, NODE_OPTIONS: '' } }, (error, stdout) =>
      resolve([error?.code, stdout]),
    );
  });
  t.equal(code, 1);
  t.match(text, 'a run that dies');
  t.ok(text.lastIndexOf('\u001b[?25h') > text.lastIndexOf('\u001b[?25l'), 'shown after it was last hidden');
});
