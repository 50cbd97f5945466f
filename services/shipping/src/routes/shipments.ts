import { type App, type Database, problem } from '@pado/kit';
import Type from 'typebox';

const params = Type.Object({ orderId: Type.String({ format: 'uuid' }) });

export function addShipmentRoutes(app: App, db: Database): void {
  app.get('/shipments/:orderId', { schema: { params } }, async ({ params: { orderId } }) => {
    const [shipment] = await db.query<{ orderId: string; status: string }>(
      'SELECT order_id AS "orderId", status FROM shipments WHERE order_id = $1',
      [orderId],
    );
    if (shipment === undefined) throw problem(404, 'shipment_not_found', `Order ${orderId} has no shipment yet.`);
    return shipment;
  });
}
