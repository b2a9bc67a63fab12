"""Pages that open by a link without an account: the driver's and the importer's."""
