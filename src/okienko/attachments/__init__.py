"""What customers attach: recognised by its content, rebuilt without its metadata, or refused. Bytes in, bytes out."""
