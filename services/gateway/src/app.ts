import { defineService } from '@pado/kit';
import { capOf, config } from './config.ts';
import { addDocumentation } from './documentation.ts';
import { addCartRoutes } from './routes/carts.ts';
import { addCheckoutRoutes } from './routes/checkout.ts';
import { addOrderRoutes } from './routes/orders.ts';
import { addProductRoutes } from './routes/products.ts';
import { addStockRoutes } from './routes/stock.ts';

/** The shop's public face. All its requests share one cap, as they would share a proxy's or a balancer's. */
export const gateway = defineService({
  name: 'gateway',
  config,
  peers: ['catalog', 'cart', 'inventory', 'orders', 'recommendations', 'shipping'],
  edge: true,
  cap: capOf,
  uncapped: (path) => path === '/openapi.json' || path === '/docs' || path.startsWith('/docs/'),
  build: async (app, { client }) => {
    await addDocumentation(app);
    await app.register(
      async (api) => {
        // The routes' response schemas describe what the peers answer; it is passed on as it came.
        api.setSerializerCompiler(() => JSON.stringify);
        addProductRoutes(api, { catalog: client('catalog'), recommendations: client('recommendations') });
        addStockRoutes(api, client('inventory'));
        addCartRoutes(api, client('cart'));
        addCheckoutRoutes(api, client('orders'));
        addOrderRoutes(api, { orders: client('orders'), shipping: client('shipping') });
      },
      { prefix: '/api/v1' },
    );
  },
});
