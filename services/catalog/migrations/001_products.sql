CREATE TABLE products (
  id integer PRIMARY KEY,
  name text NOT NULL,
  category text NOT NULL,
  description text NOT NULL,
  price_cents integer NOT NULL CHECK (price_cents > 0),
  search tsvector GENERATED ALWAYS AS (to_tsvector('simple', name || ' ' || category || ' ' || description)) STORED
);
CREATE INDEX products_category ON products (category, id);
CREATE INDEX products_search ON products USING gin (search);
