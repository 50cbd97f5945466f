import { serve } from '@pado/kit';
import { cart } from './app.ts';

await serve(cart);
