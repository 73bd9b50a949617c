"""Exports: answers for spreadsheets, reference managers and programs; a storyline as a dossier."""

from flows.exports.write import FORMATS, Export, export_question

__all__ = ["FORMATS", "Export", "export_question"]
