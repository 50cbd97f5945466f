CREATE TABLE carts (
  id uuid PRIMARY KEY,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE cart_items (
  cart_id uuid NOT NULL REFERENCES carts ON DELETE CASCADE,
  product_id integer NOT NULL,
  name text NOT NULL,
  price_cents integer NOT NULL CHECK (price_cents > 0),
  quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 99),
  PRIMARY KEY (cart_id, product_id)
);
