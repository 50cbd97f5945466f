import { type App, type PeerClient, PeerError } from '@pado/kit';
import Type, { type Static } from 'typebox';
import { priorities } from '../priorities.ts';
import { answers, order, shipment, uuid } from '../schemas.ts';

const shippedOrder = Type.Object({ ...order.properties, shipment: Type.Union([shipment, Type.Null()]) });

export function addOrderRoutes(app: App, { orders, shipping }: Record<'orders' | 'shipping', PeerClient>): void {
  app.get(
    '/orders/:id',
    {
      config: { priority: priorities.buying },
      schema: {
        summary: 'An order and its shipment',
        tags: ['orders'],
        params: Type.Object({ id: uuid }),
        response: answers(200, shippedOrder),
      },
    },
    async ({ params: { id } }) => {
      const [found, shipped] = await Promise.all([
        orders.request<Static<typeof order>>({ method: 'GET', path: `/orders/${id}`, route: '/orders/:id' }),
        shipping
          .request<Static<typeof shipment>>({ method: 'GET', path: `/shipments/${id}`, route: '/shipments/:orderId' })
          .catch((error: unknown) => {
            // Not shipped yet.
            if (error instanceof PeerError && error.status === 404) return null;
            throw error;
          }),
      ]);
      return { ...found, shipment: shipped };
    },
  );
}
