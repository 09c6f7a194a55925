"""The assistant's mind. All input and output goes through the seams of `retrieval` and `llm_server`."""
