create table products (
    sku text primary key,
    price numeric(10, 2) not null check (price >= 0)
);

create table orders (
    id uuid primary key default gen_random_uuid(),
    customer_id uuid not null,
    status text not null default 'pending' check (status in ('pending', 'paid', 'cancelled')),
    total numeric(12, 2) not null check (total >= 0),
    version integer not null default 1,
    idempotency_key text unique,
    created_at timestamptz not null default now()
);

create table order_items (
    order_id uuid not null references orders (id) on delete cascade,
    sku text not null references products (sku),
    quantity integer not null check (quantity > 0),
    primary key (order_id, sku)
);
