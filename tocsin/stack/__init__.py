"""The local stack: broker, Valkey and services as processes under one supervisor."""
