"""The HTTP door: everything a browser, a script or a job engine can ask of the service."""
