import t from 'tap';
import { type KubeApi, KubeError } from '../../../../../agent/daemon/src/kubernetes/api/kube-api.ts';
import { limited } from '../../../../../agent/daemon/src/kubernetes/api/limited.ts';

function held() {
  const asked: { path: string; answer: PromiseWithResolvers<unknown> }[] = [];
  const api: KubeApi = {
    request: async <T>(_method: string, path: string) => {
      const answer = Promise.withResolvers<unknown>();
      asked.push({ path, answer });
      return (await answer.promise) as T;
    },
    watch: async () => {},
    serverNow: () => 7,
    close: () => {},
  };
  return { api, asked, paths: () => asked.map(({ path }) => path) };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

t.test('asks so many at a time, in their order', async (t) => {
  const { api, asked, paths } = held();
  const few = limited(api, 2);
  const answers = ['a', 'b', 'c', 'd'].map((path) => few.request('GET', path));
  await turn();
  t.same(paths(), ['a', 'b']);
  asked[1]!.answer.resolve('of b');
  t.equal(await answers[1], 'of b');
  await turn();
  t.same(paths(), ['a', 'b', 'c']);
  asked[0]!.answer.resolve('of a');
  asked[2]!.answer.resolve('of c');
  t.same(await Promise.all([answers[0], answers[2]]), ['of a', 'of c']);
  await turn();
  asked[3]!.answer.resolve('of d');
  t.equal(await answers[3], 'of d');
});

t.test('a failure gives its place to the next', async (t) => {
  const { api, asked, paths } = held();
  const few = limited(api, 1);
  const first = few.request('GET', 'a');
  const second = few.request('GET', 'b');
  await turn();
  asked[0]!.answer.reject(new KubeError(503, 'ServiceUnavailable', 'not now'));
  await t.rejects(first, new KubeError(503, 'ServiceUnavailable', 'not now'));
  await turn();
  t.same(paths(), ['a', 'b']);
  asked[1]!.answer.resolve('of b');
  t.equal(await second, 'of b');
  t.equal(few.serverNow(), 7);
});
