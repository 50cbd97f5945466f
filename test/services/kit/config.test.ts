import { readConfig } from '@pado/kit';
import t from 'tap';
import Type from 'typebox';

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
