CREATE TABLE stock (
  product_id integer PRIMARY KEY,
  available integer NOT NULL CHECK (available >= 0)
);
INSERT INTO stock SELECT n, 100000 FROM generate_series(1, 200) AS n;

CREATE TABLE reservations (
  order_id uuid PRIMARY KEY,
  released boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE reservation_items (
  order_id uuid NOT NULL REFERENCES reservations ON DELETE CASCADE,
  product_id integer NOT NULL REFERENCES stock,
  quantity integer NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (order_id, product_id)
);
