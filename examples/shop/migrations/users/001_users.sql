create table users (
    id uuid primary key default gen_random_uuid(),
    email text not null unique check (email like '%@%'),
    name text not null,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    deleted_at timestamptz
);

create table users_history (
    user_id uuid not null references users (id),
    old_name text not null,
    new_name text not null,
    changed_at timestamptz not null default now()
);

create function remember_name() returns trigger language plpgsql as $$
begin
    insert into users_history (user_id, old_name, new_name) values (old.id, old.name, new.name);
    return new;
end $$;

create trigger users_renamed after update of name on users
    for each row when (old.name is distinct from new.name) execute function remember_name();
