-- 200 products: 10 categories of 5 things in 4 makes each. Prices follow from the numbers alone, so every shop is the same.
INSERT INTO products (id, name, category, description, price_cents)
SELECT (c.n - 1) * 20 + (i.n - 1) * 4 + m.n,
       m.make || ' ' || i.item,
       c.category,
       'A ' || lower(i.item) || ' of ' || m.material || ', for the ' || c.place || '.',
       900 + ((c.n * 37 + i.n * 211 + m.n * 509) % 90) * 100 + 99
FROM (VALUES
  (1, 'surf', 'beach', ARRAY['Longboard', 'Shortboard', 'Fish Board', 'Leash', 'Wax Comb']),
  (2, 'swim', 'pool', ARRAY['Goggles', 'Swim Cap', 'Kickboard', 'Pull Buoy', 'Fins']),
  (3, 'dive', 'reef', ARRAY['Mask', 'Snorkel', 'Wetsuit', 'Dive Light', 'Weight Belt']),
  (4, 'sail', 'harbour', ARRAY['Life Vest', 'Rope', 'Deck Shoes', 'Compass', 'Pulley']),
  (5, 'fish', 'pier', ARRAY['Rod', 'Reel', 'Tackle Box', 'Landing Net', 'Lure Set']),
  (6, 'camp', 'dunes', ARRAY['Tent', 'Lantern', 'Stove', 'Sleeping Mat', 'Cool Box']),
  (7, 'kitchen', 'galley', ARRAY['Kettle', 'Skillet', 'Oyster Knife', 'Mug', 'Chopping Board']),
  (8, 'clothing', 'promenade', ARRAY['Rain Jacket', 'Beanie', 'Hoodie', 'Sun Hat', 'Poncho']),
  (9, 'books', 'deck chair', ARRAY['Tide Atlas', 'Knot Manual', 'Sea Stories', 'Bird Guide', 'Star Chart']),
  (10, 'home', 'beach house', ARRAY['Towel', 'Hammock', 'Door Mat', 'Lamp', 'Blanket'])
) AS c (n, category, place, items)
CROSS JOIN LATERAL unnest(c.items) WITH ORDINALITY AS i (item, n)
CROSS JOIN (VALUES
  (1, 'Haeundae', 'cedar'), (2, 'Jeju', 'volcanic glass fibre'), (3, 'Gangneung', 'recycled nylon'), (4, 'Mokpo', 'brass and canvas')
) AS m (n, make, material);
