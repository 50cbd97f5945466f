import { serve } from '@pado/kit';
import { shipping } from './app.ts';

await serve(shipping);
