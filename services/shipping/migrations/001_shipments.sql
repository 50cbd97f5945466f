CREATE TABLE shipments (
  order_id uuid PRIMARY KEY,
  status text NOT NULL DEFAULT 'preparing',
  created_at timestamptz NOT NULL DEFAULT now()
);
