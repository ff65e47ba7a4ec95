"""PostgreSQL: connections, the embedded server, tenancy, migrations, demo data, backup."""
