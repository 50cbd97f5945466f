-- The row is the job: whatever an order still needs can be read off its status, so that a crash at any point loses nothing.
CREATE TABLE orders (
  id uuid PRIMARY KEY,
  idempotency_key text NOT NULL UNIQUE,
  cart_id uuid NOT NULL,
  payment_method text NOT NULL,
  items jsonb NOT NULL,
  total_cents integer NOT NULL CHECK (total_cents > 0),
  status text NOT NULL DEFAULT 'placing' CHECK (status IN ('placing', 'payment_pending', 'confirmed', 'rejected')),
  reason text,
  -- A rejected order whose stock and money have not yet been given back.
  cleanup_needed boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX orders_unfinished ON orders (status, updated_at) WHERE status IN ('placing', 'payment_pending') OR cleanup_needed;
