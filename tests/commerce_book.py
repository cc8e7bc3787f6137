"""A wholesaler's files: customers, items and sales, each sheet of another playbook; and invoices in two sheets."""

import csv
import io
import zipfile
from pathlib import Path

import openpyxl

CUSTOMERS = """\
Company,First name,Last name,Phone,Email,Salesperson,Address line 1,City,State
Harbor Wine Bar,Ida,Moss,410-555-0142,ida@harbor.example,Rosa Lind,12 Pier Street,Baltimore,MD
Harbor Wine Bar,Noel,Park,410-555-0143,noel@harbor.example,Rosa Lind,12 Pier Street,Baltimore,MD
Blue Door,Sam,Okoro,804-555-0119,sam@blue.example,Theo Grant,8 Elm,Richmond,VA
"""
ITEMS = """\
Item number,SKU,Item,Manufacturer,Supplier,Units per item,Unit,Items per case
1,FRA1023,Chablis 2021,Domaine,Import Co,1,bottle,12
2,ITA2040,Barbera 2020,Cantina,Import Co,1,bottle,6
"""
INVOICES = """\
Invoice number,Invoice date,Status,Customer,SKU,Item,Qty.,Unit price,Net price
1001,2026-01-15,Delivered,Harbor Wine Bar,FRA1023,Chablis,2,10.00,20.00
1001,2026-01-15,Delivered,Harbor Wine Bar,ITA2040,Barbera,1,12.50,12.50
1002,2026-01-16,Delivered,Blue Door,FRA1023,Chablis,-1,10.00,-10.00
"""
WHOLESALE = {"Invoices": INVOICES, "Items": ITEMS, "Customers": CUSTOMERS}
"""Not in the order in which they have to be imported."""


def workbook(path: Path, **sheets: str) -> Path:
    """A workbook whose worksheets are those texts of CSV."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, text in sheets.items():
        worksheet = book.create_sheet(title)
        for row in csv.reader(io.StringIO(text)):
            worksheet.append(row)
    book.save(path)
    return path


def archive(path: Path, **members: str) -> Path:
    """A ZIP archive of CSV files with those texts."""
    with zipfile.ZipFile(path, "w") as packed:
        for name, text in members.items():
            packed.writestr(f"{name}.csv", text)
    return path
