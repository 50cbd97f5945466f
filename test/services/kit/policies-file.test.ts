import t, { type Test } from 'tap';
import { PoliciesFile } from '../../../services/kit/src/resilience/policies-file.ts';
import { policiesFile } from '../../helpers/policies.ts';

/** Watches `file`; `next` resolves with each event in turn. */
async function watch(t: Test, file: string | undefined) {
  const events: string[] = [];
  let wake = () => {};
  const tell = (event: string) => {
    events.push(event);
    wake();
  };
  const watcher = new PoliciesFile({
    file,
    onChange: ({ revision }) => tell(revision),
    onInvalid: (reason) => tell(`invalid: ${reason}`),
  });
  // The watcher's own timer does not keep a process alive.
  const alive = setInterval(() => {}, 60_000);
  t.teardown(() => {
    clearInterval(alive);
    watcher.close();
  });
  await watcher.start();
  return {
    watcher,
    next: async () => {
      while (events.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return events.shift();
    },
  };
}

t.test('without a file there are no policies', async (t) => {
  const { watcher, next } = await watch(t, undefined);
  t.equal(await next(), 'none');
  t.same(watcher.current.services, {});
});

t.test('a file that is not there yet is told of once, and read when it comes', async (t) => {
  const policies = await policiesFile(t);
  const { watcher, next } = await watch(t, `${policies.file}.new`);
  t.equal(await next(), 'none');
  t.match(await next(), /^invalid: .*ENOENT/);
  await policies.raw(JSON.stringify({ preset: 'x', revision: '1', services: {} }));
  t.same(watcher.current.revision, 'none');
});

t.test('each replacement is in force; an invalid one says why and changes nothing', async (t) => {
  const policies = await policiesFile(t, { orders: { payments: { deadlineMs: 1 } } });
  const { watcher, next } = await watch(t, policies.file);
  t.equal(await next(), 'none');
  t.equal(await next(), '1', 'read before the service starts');
  await policies.raw('{"preset":"x","revision":"2","services":{"orders":{"payments":{"deadline":"2s"}}}}');
  t.match(await next(), /^invalid: .*\/services\/orders\/payments must NOT have additional properties "deadline"/);
  t.equal(watcher.current.revision, '1');
  await policies.raw('{');
  t.match(await next(), /^invalid: .*JSON/);
  await policies.set('3', {});
  t.equal(await next(), '3');
  t.same(watcher.current.services, {});
});
