import { serve } from '@pado/kit';
import { orders } from './app.ts';

await serve(orders);
