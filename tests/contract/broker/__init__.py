"""What Tocsin relies on in a broker, checked on the embedded one and on Apache Kafka alike."""
