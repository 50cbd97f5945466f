import t from 'tap';
import { checkAws } from '../../../../runner/src/experiment/check/aws.ts';

const problems = (provider: object): string[] => {
  const found: string[] = [];
  checkAws({ type: 'aws', ...provider } as never, ['provider'], (path, message) =>
    found.push(`${path.join('.')}: ${message}`),
  );
  return found;
};
const by = { tags: { app: 'shop' } };

t.test('a selector that selects everything is a mistake', async (t) => {
  t.match(problems({ action: 'stop-instances', by: {} }), [/^provider\.by: .*every instance of the account/]);
  t.match(problems({ action: 'stop-instances', by: { tags: {} } }), [/^provider\.by:/]);
  t.match(problems({ probe: 'instances', by: {} }), [/^provider\.by:/]);
  t.same(problems({ action: 'stop-instances', by }), []);
  t.same(problems({ action: 'stop-instances', by: { zone: 'here-a' } }), []);
});

t.test('a mode that counts needs a value', async (t) => {
  t.match(problems({ action: 'terminate-instances', by, mode: 'fixed' }), [/`mode: fixed` needs `value`/]);
  t.match(problems({ action: 'reboot-instances', by, value: 2 }), [/means nothing with `mode: one`/]);
});

t.test('an experiment of FIS is one template, by id or by tags', async (t) => {
  t.match(problems({ action: 'start-experiment' }), [/needs one template/]);
  t.match(problems({ action: 'start-experiment', template: 'EXT1', tags: { a: 'b' } }), [/not both/]);
  t.same(problems({ action: 'start-experiment', template: 'EXT1' }), []);
});
