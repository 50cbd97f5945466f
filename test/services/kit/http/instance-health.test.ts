import t from 'tap';
import { InstanceHealth, readyz } from '../../../../services/kit/src/http/instance-health.ts';
import { heldPeer, peer } from '../../../helpers/peer.ts';

const soon = () => AbortSignal.timeout(10_000);

t.test('remembers since when an instance is unready, and tells changes only', async (t) => {
  let now = 100;
  let isReady = false;
  let changes = 0;
  const health = new InstanceHealth({
    urls: ['a', 'b'],
    probe: async (url) => (url === 'b' ? isReady : true),
    clock: () => now,
    random: () => 0,
    onChange: () => changes++,
  });
  t.equal(health.unreadySince(1), undefined, 'ready until asked');
  await health.check(0);
  await health.check(1);
  now = 200;
  await health.check(1);
  t.equal(health.unreadySince(0), undefined);
  t.equal(health.unreadySince(1), 100);
  isReady = true;
  await health.check(1);
  t.equal(health.unreadySince(1), undefined);
  t.equal(changes, 2);
});

t.test('a probe that fails is an unready instance', async (t) => {
  const health = new InstanceHealth({
    urls: ['a'],
    probe: async () => {
      throw new Error('refused');
    },
    random: () => 0,
    onChange: () => {},
  });
  await health.check(0);
  t.type(health.unreadySince(0), 'number');
});

t.test('asks by itself until it is stopped', async (t) => {
  let asked = 0;
  let again: (() => void) | undefined;
  const twice = new Promise<void>((resolve) => {
    again = resolve;
  });
  const health = new InstanceHealth({
    urls: ['a'],
    probe: async (_, signal) => {
      if (++asked === 2) again?.();
      t.notOk(signal.aborted);
      return true;
    },
    random: () => 0,
    onChange: () => t.fail('it was ready all the time'),
  });
  health.start();
  const alive = setInterval(() => {}, 1_000);
  await twice;
  clearInterval(alive);
  health.stop();
  health.stop();
});

t.test('a stop cuts a question short, and its answer counts no more', async (t) => {
  const silent = await heldPeer(t);
  const health = new InstanceHealth({
    urls: [silent.url],
    probe: readyz,
    random: () => 0,
    onChange: () => t.fail('stopped'),
  });
  const asked = health.check(0);
  await silent.arrived(1);
  health.stop();
  await asked;
  t.equal(health.unreadySince(0), undefined);
});

t.test('/readyz decides', async (t) => {
  let status = 200;
  const paths: (string | undefined)[] = [];
  const url = await peer(t, (request, response) => {
    paths.push(request.url);
    response.writeHead(status).end('x');
  });
  t.equal(await readyz(url, soon()), true);
  status = 503;
  t.equal(await readyz(url, soon()), false);
  t.same(paths, ['/readyz', '/readyz']);
});
