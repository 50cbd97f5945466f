CREATE TABLE charges (
  id uuid PRIMARY KEY,
  idempotency_key text NOT NULL UNIQUE,
  order_id uuid NOT NULL,
  amount_cents integer NOT NULL CHECK (amount_cents > 0),
  currency text NOT NULL,
  method text NOT NULL,
  status text NOT NULL CHECK (status IN ('charged', 'declined', 'refunded')),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX charges_order ON charges (order_id);
-- Orders whose refund came before their charge: the charge must then never happen.
CREATE TABLE cancelled_orders (order_id uuid PRIMARY KEY);
