"""Pages for officers: scanning, cases at the gate, the desk."""
