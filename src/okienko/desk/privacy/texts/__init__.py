"""What customers are told and agree to: versions, and a brand's own wording."""
