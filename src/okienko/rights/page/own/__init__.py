"""What somebody who has proved who they are sees and does."""
