import { type App, type PeerClient, PeerError } from '@pado/kit';
import Type from 'typebox';
import { uuid } from '../schemas.ts';

export function addOrderRoutes(app: App, { orders, shipping }: Record<'orders' | 'shipping', PeerClient>): void {
  app.get(
    '/orders/:id',
    { schema: { summary: 'An order and its shipment', tags: ['orders'], params: Type.Object({ id: uuid }) } },
    async ({ params: { id } }) => {
      const [order, shipment] = await Promise.all([
        orders.request<object>({ method: 'GET', path: `/orders/${id}`, route: '/orders/:id' }),
        shipping
          .request<object>({ method: 'GET', path: `/shipments/${id}`, route: '/shipments/:orderId' })
          .catch((error: unknown) => {
            if (error instanceof PeerError && error.status === 404) return null;
            throw error;
          }),
      ]);
      return { ...order, shipment };
    },
  );
}
