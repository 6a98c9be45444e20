"""Export files as shops write them: the people and the goods are invented."""

SHOPIFY_ORDERS = """\
Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,\
Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,\
Billing Name,Billing Country,Cancelled at,Refunded Amount,Id,Phone
#1001,jan@example.com,paid,2026-03-01 10:00:31 +0100,unfulfilled,,yes,PLN,199.00,9.00,38.89,208.00,MARZEC,11.00,Kurier,\
2026-03-01 10:00:00 +0100,1,Koc - szary,199.00,KOC-SZ,Jan Kowalski,PL,,0.00,820982911946154500,+48601111222
#1002,ewa@example.com,refunded,2026-02-27 10:00:00 +0100,fulfilled,2026-02-28 08:00:00 +0100,no,PLN,30.00,0.00,5.61,30.00,,0.00,\
Kurier,2026-02-27 09:59:00 +0100,2,Herbata,10.00,HER,Ewa Śliwa,PL,,30.00,820982911946154501,
#1002,ewa@example.com,,,,,,,,,,,,,,2026-02-27 09:59:00 +0100,1,Miód „lipowy”,10.00,MIO,,,,,,
#1003,zla@example.com,paid,,,,,PLN,,,,gratis,,,,2026-02-27 09:59:00 +0100,1,Nic,1.00,,,PL,,0.00,820982911946154502,
"""
SHOPIFY_CUSTOMERS = """\
Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Country Code,Default Address Phone,Phone,\
Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags
'115310627314723950,Jan,Kowalski,jan@example.com,yes,PL,'601 111 222,,no,208.00,1,,no,"vip, stary"
"""
SHOPIFY_PRODUCTS = """\
Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,\
Variant Inventory Qty,Variant Price,Variant Compare At Price,Image Src,Status
koc,Koc,<p>Ciepły</p>,Wełna,Home > Bedding,Sypialnia,,true,Kolor,szary,KOC-SZ,3,199.00,249.00,https://cdn.example/koc.jpg,active
koc,,,,,,,,,brązowy,KOC-BR,2,199.00,,,
"""
WOO_ORDERS = """\
Order ID,Order Number,Order Status,Order Date,Paid Date,First Name (Billing),Last Name (Billing),Email (Billing),Phone (Billing),\
Country Code (Billing),Order Total Amount,Order Refund Amount,Customer User ID,SKU,Item Name,Quantity (- Refund),Item Cost
727,727,Zrealizowane,2026-03-01 10:15,2026-03-01 10:16,Łucja,Żółć,Lucja@Example.com,501 234 567,PL,\
"129,99",20.00,26,KUB-1,Kubek,2,40.65
727,727,Zrealizowane,2026-03-01 10:15,2026-03-01 10:16,Łucja,Żółć,Lucja@Example.com,501 234 567,PL,\
"129,99",20.00,26,SWI-2,Świeca,1,16.26
"""
WOO_PRODUCTS = """\
ID,Type,SKU,Name,Published,Sale price,Regular price,Categories,Images,In stock?,Stock
93,simple,KUB-1,Kubek &amp; talerzyk,1,50,60,"Dom > Kuchnia, Nowe","https://s.example/1.jpg, https://s.example/2.jpg",1,7
94,simple,SWI-2,Świeca,1,,20,Dom,,0,0
"""
PRESTA_ORDERS = """\
id_order;id_customer;email;firstname;lastname;total_paid;currency;status;date_add;date_upd;product_id;product_name;product_quantity;\
unit_price_tax_incl
55;4;ewa@example.com;Ewa;Śliwa;89.900000;PLN;Dostarczone;2026-03-01 09:00:00;2026-03-01 11:00:00;12;Płyta „Świt”;1;80.000000
"""
PRESTA_CUSTOMERS = """\
id_customer;email;firstname;lastname;newsletter;newsletter_date_add
4;ewa@example.com;Ewa;Śliwa;1;2026-02-10 08:00:00
5;iga@example.com;Iga;Mak;1;0000-00-00 00:00:00
"""
PRESTA_PRODUCTS = """\
Product ID;Image;Name;Reference;Category;Price (tax excl.);Price (tax incl.);Quantity;Status
12;https://s.example/12.jpg;Płyta „Świt”;PL-1;Muzyka;65,04;80,00;4;1
"""
BASELINKER_ORDERS = """\
Numer zamówienia;Data dodania;Status zamówienia;E-mail;Telefon;Imię i nazwisko;Razem;Waluta;Zapłacono;\
Nazwa produktu;SKU;Ilość;Cena brutto
1630473;01.03.2026 10:00:00;Wysłane;ola@example.com;+48693123123;Ola Nowak;59,99;PLN;59,99;Herbata;HER;2;25,00
"""
