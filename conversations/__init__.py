"""The record that both sides share: who said what to whom, who answers now, and what is still to be done."""
