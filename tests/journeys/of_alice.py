"""Everything of alice's organisation as one text, to see whether a stranger changed any of it."""

from django.db import connection

TABLES_OF_DECLARATION = (
    "vehicle",
    "history",
    "hold",
    "documentcheck",
    "documentrequest",
    "document",
    "problemoverride",
    "declarationversion",
    "printjob",
    "notice",
    "importermail",
)
TABLES_OF_VEHICLE = (
    *("paper", "driver", "pass", "admission", "inspection", "override", "ferrymanreturn"),
    *("link", "handover", "handovercode", "handoverphoto"),
)
TABLES_OF_CREW = {"crewmember": "id"} | dict.fromkeys(("crewlink", "poolmember", "personalview"), "member_id")
ORGANISATION = "(SELECT organisation_id FROM declarations_declaration WHERE reference = %(reference)s)"


def fingerprint(reference: str) -> str:
    """All rows of alice's organisation and of the gates that it went through."""
    mine = """SELECT id FROM declarations_declaration WHERE organisation_id = (
        SELECT organisation_id FROM declarations_declaration WHERE reference = %(reference)s)"""
    vehicles = f"SELECT id FROM declarations_vehicle WHERE declaration_id IN ({mine})"
    crew = f"SELECT id FROM declarations_crewmember WHERE organisation_id = {ORGANISATION}"
    slices = {
        "declarations_declaration": f"id IN ({mine})",
        **{f"declarations_{table}": f"declaration_id IN ({mine})" for table in TABLES_OF_DECLARATION},
        **{f"declarations_{table}": f"vehicle_id IN ({vehicles})" for table in TABLES_OF_VEHICLE},
        "checkpoint_passage": f"port_id = 'CNHRS' OR vehicle_id IN ({vehicles})",
        "checkpoint_case": "passage_id IN (SELECT id FROM checkpoint_passage WHERE port_id = 'CNHRS')",
        **{f"declarations_{table}": f"{key} IN ({crew})" for table, key in TABLES_OF_CREW.items()},
        "declarations_role": "true",
        "declarations_apikey": "user_id IS NULL",
        "declarations_signin": "user_id IN (SELECT id FROM auth_user WHERE username = 'alice')",
        **{f"declarations_{table}": f"organisation_id = {ORGANISATION}" for table in ("invitation", "partyhistory")},
        "declarations_authority": f"principal_id = {ORGANISATION}",
    }
    parts = []
    with connection.cursor() as cursor:
        for table, where in slices.items():
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t WHERE {where}",
                {"reference": reference},
            )
            parts.append(f"{table}:{cursor.fetchone()[0]}")
    return "\n".join(parts)
