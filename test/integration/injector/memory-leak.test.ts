import { once } from 'node:events';
import t from 'tap';
import { connectedHost } from '../../helpers/host.ts';

const mebi = 2 ** 20;

t.test('a leak grows second by second, and is given back', async (t) => {
  const { host, target } = await connectedHost(t);
  const before = await host.ask<number>('rss');
  const uid = await target.arm({ kind: 'memory', where: 'rss', leak: '40Mi' });
  await target.sampled(uid, 1);
  const first = (await host.ask<number>('rss')) - before;
  await target.sampled(uid, 3);
  const later = (await host.ask<number>('rss')) - before;
  t.ok(first > 20 * mebi && later > first + 40 * mebi, `${first / mebi}, then ${later / mebi} MiB`);
  await target.disarm(uid);
  const left = (await host.ask<number>('rss')) - before;
  t.ok(left < 16 * mebi, `${left / mebi} MiB left`);
});

t.test('with a size it stops there', async (t) => {
  const { host, target } = await connectedHost(t);
  const before = await host.ask<number>('rss');
  const uid = await target.arm({ kind: 'memory', where: 'rss', leak: '1Gi', size: '48Mi' });
  await target.sampled(uid, 2);
  const held = (await host.ask<number>('rss')) - before;
  t.ok(held > 44 * mebi && held < 64 * mebi, `${held / mebi} MiB`);
  await target.disarm(uid);
});

t.test('at the guard it stops growing and holds; without the guard V8 ends the process', async (t) => {
  const flags = (env: NodeJS.ProcessEnv) => `${env.NODE_OPTIONS} --max-old-space-size=128`;
  const start = async () => {
    const { bundle } = await import('@pado/injector/bundle');
    return connectedHost(t, { NODE_OPTIONS: flags({ NODE_OPTIONS: `--require=${await bundle()}` }) });
  };
  const { host, target } = await start();
  const uid = await target.arm({ kind: 'memory', where: 'heap', leak: '200Mi' });
  await target.sampled(uid, 2);
  const held = await host.ask<number>('heap');
  t.ok(held > 60 * mebi && held < 100 * mebi, `${held / mebi} MiB in use, the guard is at 96`);
  t.match(target.lastState(uid), { state: 'armed' });
  await target.disarm(uid);

  const other = await start();
  const gone = once(other.host.child, 'exit');
  await other.target.arm({ kind: 'memory', where: 'heap', leak: '200Mi', allowKill: true });
  const [, signal] = await gone;
  t.equal(signal, 'SIGABRT');
  t.match(other.host.output, /heap out of memory/);
});
