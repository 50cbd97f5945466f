import { readConfig } from '@pado/kit';
import t from 'tap';
import Type from 'typebox';
import { parseUrls, peerUrls } from '../../../services/kit/src/config.ts';

const schema = Type.Object({
  SHOP_PORT: Type.Integer({ default: 0, maximum: 65_535, description: 'a port from 0 to 65535' }),
  SHOP_DATABASE_URL: Type.String({ pattern: '^postgres://', description: 'a URL such as postgres://host/shop' }),
  SHOP_NAME: Type.Optional(Type.String()),
});

t.test('reads what is set and fills in defaults', async (t) => {
  t.same(readConfig(schema, { SHOP_DATABASE_URL: 'postgres://x/y', OTHER: '1' }), {
    SHOP_PORT: 0,
    SHOP_DATABASE_URL: 'postgres://x/y',
  });
  t.match(readConfig(schema, { SHOP_DATABASE_URL: 'postgres://x/y', SHOP_PORT: '80' }), { SHOP_PORT: 80 });
  t.match(
    readConfig(schema, { SHOP_DATABASE_URL: 'postgres://x/y', SHOP_PORT: '' }),
    { SHOP_PORT: 0 },
    'empty counts as unset',
  );
});

t.test('lists every wrong variable at once, with what would be right', async (t) => {
  t.throws(() => readConfig(schema, { SHOP_PORT: 'http', SHOP_DATABASE_URL: 'mysql://x' }), {
    name: 'ConfigError',
    message:
      'wrong environment:\n  SHOP_PORT: "http" is not a port from 0 to 65535\n  SHOP_DATABASE_URL: "mysql://x" is not a URL such as postgres://host/shop',
  });
  t.throws(() => readConfig(schema, {}), /SHOP_DATABASE_URL: missing: a URL such as/);
});

t.test('a peer has one URL, or several with commas between; anything else is a wrong environment', async (t) => {
  const peer = Type.Object({ SHOP_BACK_URL: peerUrls('back') });
  const urls = (value: string) => parseUrls(readConfig(peer, { SHOP_BACK_URL: value }).SHOP_BACK_URL);
  t.same(urls('http://127.0.0.1:1'), ['http://127.0.0.1:1']);
  t.same(urls('http://127.0.0.1:1,https://back:2'), ['http://127.0.0.1:1', 'https://back:2']);
  for (const wrong of ['http://a,', ',http://a', 'http://a,,http://b', 'http://a, http://b', 'http://a,b:2', 'http://'])
    t.throws(() => urls(wrong), /SHOP_BACK_URL: ".*" is not the URL of back, .*or several with commas between/, wrong);
});
