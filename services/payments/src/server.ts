import { serve } from '@pado/kit';
import { payments } from './app.ts';

await serve(payments);
