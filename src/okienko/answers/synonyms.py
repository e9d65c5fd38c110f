"""Words that customers and help articles use for the same thing. Pure.

Articles say "delete" and „usuwanie”, customers "erase" and „skasować”. The words of a row stand for each other, in any
inflection; a word may be in several rows. They were collected by hand for customer service (accounts, payments, orders,
devices, files, mail, meetings), not taken from a dictionary: those join too much. An article's word counts less for
being a synonym (`index.py`), and a brand may add rows of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from okienko.values import Language

Synonyms = Mapping[Language, Sequence[Sequence[str]]]


def join(*several: Synonyms) -> Synonyms:
    """The rows of all of them."""
    return {language: [row for one in several for row in one.get(language, ())] for language in ("pl", "en")}


def read_rows(text: str) -> list[list[str]]:
    """One row a line, its words apart by spaces."""
    return [line.split() for line in text.splitlines() if line.strip()]


_POLISH: Final = """
mail mejl meil email e-mail poczta wiadomość korespondencja list
skrzynka poczta
esemes sms wiadomość
apka aplikacja program oprogramowanie aplikacje
komp komputer laptop pecet pc urządzenie notebook
komórka telefon smartfon smartphone iphone android
mobilny przenośny telefon komórka
tablet ipad urządzenie
sprzęt urządzenie
net internet sieć wifi wi-fi łącze połączenie
fotka zdjęcie obraz obrazek fotografia grafika awatar ikona
film wideo filmik klip video nagranie
kasować skasować usunąć usuwać usuwanie wykasować wymazać wyrzucić wyczyścić skasowanie
kosz śmieci usunięte śmietnik
spam śmieci niechciane wiadomości-śmieci
ściągnąć ściągać pobrać pobierać pobieranie zassać
wgrać wgrywać wrzucić przesłać przekazać upload załadować dodać
zapisać zapisywać zachować zachowanie
zgrać wyeksportować eksport eksportować zapisać
przenieść przenosić przenoszenie migracja migrować
skopiować kopiować kopia backup
backup kopia zapasowa archiwum
zmienić zmieniać zmiana zmienianie podmienić edytować edycja aktualizować modyfikować
poprawić edytować zmienić korekta
ustawić ustawienie konfigurować konfiguracja skonfigurować
włączyć włączać włączenie aktywować uruchomić odpalić
wyłączyć wyłączać wyłączenie dezaktywować
odpalić uruchomić uruchamiać startować otworzyć
zablokować blokada blokować zabronić zakazać uniemożliwić
ograniczyć ograniczać ograniczenie limit
odblokować odblokowanie zezwolić
pozwolić zezwolić zezwalać dopuścić
zgubić stracić utracić brak brakować zniknąć zginąć przepaść znikać
odzyskać odzyskiwać odzyskiwanie przywrócić przywracać przywracanie
cofnąć przywrócić wycofać anulować
wrócić powrócić przywrócić
naprawić naprawa rozwiązać rozwiązywanie usterka
zepsuć awaria usterka uszkodzić uszkodzony popsuć
wywalać awaria zawieszać zamykać wieszać crash
zawieszać zamrozić odpowiadać awaria zacinać
zacinać zwalniać wolny powolny opóźnienie lagować
wolno wolny powoli wydajność spowalniać
problem kłopot błąd usterka trudność
błąd komunikat error kod
wyskakiwać pojawiać wyświetlać komunikat
pokazywać wyświetlać widoczny widać
widać widoczny wyświetlać pokazywać
działać funkcjonować
wejść dostęp zalogować otworzyć logowanie
zalogować logowanie logować zaloguj
wylogować wylogowywanie wylogowanie
wpuścić logowanie zalogować dostęp odmowa
włamanie włamać haker zhakować przejąć naruszenie
konto profil użytkownik
login użytkownik nazwa
hasło pin kod
zapomnieć resetować pamiętać zresetować odzyskać
założyć utworzyć tworzyć zarejestrować rejestracja otworzyć
zrobić utworzyć tworzyć wykonać
stworzyć utworzyć tworzyć tworzenie
dodać dodawać dodawanie wstawić dołączyć dopisać
wstawić wstawiać dodać umieścić
dołączyć załączyć załącznik dodać
załącznik dołączyć plik
wpisać wprowadzić podać dodać
podać wprowadzić wpisać
znaleźć wyszukać szukać wyszukiwanie odnaleźć lokalizacja
sprawdzić sprawdzać weryfikacja zobaczyć
zobaczyć wyświetlić sprawdzić przeglądać obejrzeć
wysłać wysyłać wysłanie wysyłka przesłać nadać
dostać otrzymać otrzymywać odebrać odbierać
dochodzić przychodzić odbierać dostarczyć otrzymywać dostarczanie
przyjść przychodzić otrzymać dostarczyć
przekierować przesyłać przekazywać dalej
odpisać odpowiedź odpowiadać
podpis stopka sygnatura
kontakt adres osoba
książka kontakty adresowa
pracownik użytkownik personel osoba
szef administrator kierownik menedżer
admin administrator
sekretarka asystentka pełnomocnik delegowanie
zastępstwo pełnomocnik delegowanie
ludzie osoby użytkownicy uczestnicy
kolega współpracownik osoba użytkownik
gość zewnętrzny
obcy zewnętrzny spoza
znajomy kontakt osoba
firma organizacja przedsiębiorstwo spółka firmowy
szkoła edukacja uczeń student uczelnia nauczyciel
prywatny osobisty
wspólny udostępniony współdzielony
udostępnić udostępnianie udostępniać dzielić podzielić
dokument plik
plik dokument załącznik
katalog folder
chmura onedrive dysk magazyn
miejsce magazyn pojemność przestrzeń limit
strona witryna portal serwis
przeglądarka edge chrome firefox
zakładka ulubione zakładki
reklama reklamy
powiadomienie przypomnienie alert
przypomnienie alarm powiadomienie termin
newsletter biuletyn subskrypcja
wypisać rezygnacja anulować zrezygnować
abonament subskrypcja prenumerata plan pakiet
zrezygnować rezygnacja anulować anulowanie wypowiedzieć wypowiedzenie odstąpić odstąpienie zakończyć
wypowiedzieć rozwiązać wypowiedzenie zakończyć
przedłużyć odnowić przedłużenie odnawiać odnawianie
wygasnąć wygasać skończyć kończyć przeterminować wygaśnięcie
kończyć wyczerpać zabraknąć
ważność termin wygasać
pieniądze środki płatność kwota należność zwrot
kasa pieniądze płatność
płacić zapłacić płatność opłata uiścić opłacić
opłata koszt cena prowizja płatność
kosztować cena koszt opłata cennik
cena cennik koszt ile
drogo cena koszt
przelew bankowy płatność
karta kredytowa płatnicza
odrzucić odmowa odrzucony
rachunek faktura
faktura rachunek paragon
paragon rachunek faktura dowód
nip vat podatkowy podatek
podatek vat
raty rata kredyt
zwrot zwrócić oddać refundacja
oddać zwrócić zwrot
reklamacja gwarancja usterka
reklamować reklamacja
darmowy bezpłatny gratis bezpłatnie
promocja rabat zniżka
rabat zniżka kupon kod
kod kupon voucher
zamówić zamówienie kupić zamawiać
kupić kupować zakup nabyć zakupić
zakup kupno zamówienie
sklep sprzedaż
paczka przesyłka dostawa zamówienie
dostawa przesyłka wysyłka kurier doręczenie
kurier dostawa przesyłka
wysyłka dostawa przesyłka
paczkomat punkt odbioru
śledzić śledzenie status
rozmiar wymiar wielkość
wymiana wymienić zamiana
zamienić wymienić wymiana zmienić
zepsuty uszkodzony wadliwy
brakuje brak
spotkanie zebranie konferencja meeting narada
wideorozmowa spotkanie wideo rozmowa połączenie wideokonferencja
rozmowa połączenie rozmawiać czat
dzwonić połączenie zadzwonić telefonować telefon
czat rozmowa pisać konwersacja wiadomości
pisać wiadomość czat
kamera kamerka aparat wideo
kamerka kamera wideo
mikrofon słychać dźwięk audio
słychać dźwięk głośnik audio
głos dźwięk audio
ekran monitor wyświetlacz pulpit
obraz ekran wyświetlanie
tło tapeta
tapeta tło pulpit
ciemny nocny tryb motyw
wygląd motyw wyświetlanie kompozycja
kolor barwa
czcionka krój litery font
litera znak czcionka
szary wygaszony wyszarzony niedostępny nieaktywny
niedostępny nieaktywny wyszarzony
nieaktywny wyłączony niedostępny
przycisk guzik klawisz ikona
klawisz przycisk klawiatura skrót
drukować drukarka wydruk drukowanie
wydrukować drukarka drukowanie
język wersja tłumaczenie
polski język
kraj region państwo
zagranica podróż roaming zagraniczny
wyjazd podróż
wczasy urlop nieobecność
urlop nieobecność automatyczna
godzina czas pora
godziny czas strefa
pora godzina czas
wieczór noc nocny
dzień data termin
data termin dzień
kalendarz terminarz
wizyta termin spotkanie rezerwacja
rezerwacja rezerwować termin
nazwisko nazwa imię
imię nazwa nazwisko
nazwa imię tytuł
logo znak znaczek
status stan
wersja wydanie
stary poprzedni dawny wcześniejszy
nowy kolejny inny
pierwszy początkowy domyślny
główny domyślny
aktualizacja uaktualnienie update aktualizować
zaktualizować aktualizacja uaktualnić
instalować zainstalować instalacja
odinstalować usunąć dezinstalacja
podłączyć połączyć podłączenie parować
rozłączyć odłączyć
synchronizować synchronizacja zsynchronizować
nagrać nagrywać nagranie nagrywanie rejestrować
zdjąć usunąć wyłączyć
wybrać wybór zaznaczyć
kolejność sortować porządek układ
poukładać sortować uporządkować filtrować
posortować sortowanie filtr
literówka pisownia błąd ortografia
ortografia pisownia
tabela tabelka arkusz
arkusz excel tabela
notatka notes notatki
wzór szablon formularz
szablon wzór
ankieta formularz kwestionariusz
wniosek formularz prośba
regulamin warunki zasady
umowa kontrakt
rodo prywatność dane osobowe
dane informacje
bezpieczeństwo ochrona zabezpieczenie
zabezpieczyć chronić szyfrować ochrona
wirus złośliwe oprogramowanie malware
antywirus defender ochrona
oszustwo phishing wyłudzenie oszust
wyłudzenie phishing
pomoc wsparcie obsługa
infolinia kontakt telefon pomoc
człowiek konsultant pracownik
godziny otwarcia czynne
otwarte czynne godziny
adres lokalizacja ulica
dojazd lokalizacja adres
uprawnienie dostęp zezwolenie rola
prawo uprawnienie
licencja klucz
klucz licencja kod
oczekiwać czekać oczekujący
czekać oczekiwać opóźnienie termin
długo czas opóźnienie
opóźnienie spóźniony zwłoka
szybko przyspieszyć
duży rozmiar maksymalny
limit maksymalny ograniczenie
aktywować aktywacja aktywowanie uruchomić
prosić prośba żądać żądanie wymagać monit
nagle niespodziewanie nieoczekiwany nieoczekiwanie
naliczyć obciążyć opłata pobrać
obciążyć obciążenie opłata pobrać
rezygnować zrezygnować rezygnacja anulować
odwołać anulować odwołanie
próbny testowy wypróbować próba
testować wypróbować próbny
zamknąć zamykać zakończyć zamknięcie
szyfrować zaszyfrować szyfrowanie zaszyfrowany
haker hakować atak włamanie ransomware
okup ransomware
stary przestarzały nieobsługiwany
obsługiwać obsługiwany zgodny kompatybilny
zgodny kompatybilny obsługiwany działać
wgląd dostęp uprawnienie
sam automatycznie automatyczny samoczynnie
automatycznie automatyczny cykliczny
obecność uczestnik frekwencja lista
otwarty zablokowany używany
gmail google gsuite
zdalnie zdalny dom
służbowy firmowy organizacja
pilnować zarządzać kontrolować
zarządzać zarządzanie administrować
układ wygląd widok
widok wygląd układ wyświetlanie
grupa zespół lista
grupowy grupa zbiorczy dystrybucyjny
zbiorczy grupowy masowy
wszyscy każdy wszystkim
dodatek wtyczka rozszerzenie
wtyczka dodatek rozszerzenie
pasek menu
okno okienko panel
zwinąć ukryć
ukryć ukrywać schować niewidoczny
schować ukryć
odkryć pokazać wyświetlić
powiększyć rozmiar powiększenie większy
zmniejszyć rozmiar mniejszy
duplikat podwójny zduplikowany
podwójnie podwójny dwukrotnie duplikat
pobrany ściągnięty
otworzyć otwierać otwarcie uruchomić
zgłosić zgłoszenie zgłaszać
skarga reklamacja zażalenie
opinia ocena recenzja
oceniać ocena opinia
termin data czas
spóźnić opóźnienie
zaległy niezapłacony przeterminowany
dług zaległość niezapłacony
wezwanie przypomnienie płatność
numer nr
pytanie zapytanie
odpowiedź odpowiadać reakcja
wyjaśnić opis informacja
instrukcja poradnik przewodnik
nauczyć szkolenie kurs samouczek
szkolenie kurs nauka
zaproszenie zaprosić zapraszać
zaprosić zaproszenie dodać
dołączyć dołączanie wejść
opuścić wyjść wypisać
wyjść wylogować opuścić zamknąć
wyciszyć wyciszenie mikrofon
prezentacja udostępnianie slajdy
slajd prezentacja powerpoint
tłumaczyć tłumaczenie przetłumaczyć
przetłumaczyć tłumaczenie tłumacz
mapa lokalizacja
lokalizacja położenie miejsce
ładować ładowanie wczytywać
wczytywać ładować ładowanie
bateria akumulator zasilanie
zasilacz ładowarka zasilanie
ładowarka zasilacz
kabel przewód
głośnik dźwięk
słuchawki zestaw audio
mysz myszka wskaźnik
myszka mysz
klawiatura klawisze
skaner skanować skanowanie
skanować skanowanie skan
bluetooth parowanie
parować parowanie połączyć
router modem
zasięg sygnał
roaming zagranica
karta sim
numer telefon
salon sklep punkt
odbiór odebrać punkt
odebrać odbiór
adresat odbiorca
odbiorca adresat
nadawca wysyłający
zniszczony uszkodzony
pęknięty uszkodzony
pomyłka błąd pomylić
pomylić błąd pomyłka
zły błędny niepoprawny nieprawidłowy
błędny niepoprawny nieprawidłowy zły
niepoprawny nieprawidłowy błędny
prawidłowy poprawny
potwierdzić potwierdzenie weryfikacja
potwierdzenie potwierdzić
weryfikacja weryfikować uwierzytelnianie
uwierzytelnianie weryfikacja dwuetapowy wieloskładnikowy
dwuetapowy wieloskładnikowy mfa
kod weryfikacja uwierzytelnianie
sms kod
wiek lat
rodzic rodzina dziecko
dziecko rodzina rodzicielski
rodzicielski rodzina kontrola
lokata oszczędności
konto rachunek
saldo stan
wypłata wypłacić
wypłacić wypłata
wpłata wpłacić
bankomat gotówka
gotówka pieniądze
zwolnić zwolnienie
zwolnienie zwolniony
zgubiony utracony
ukradziony kradzież skradziony
kradzież skradziony ukraść
ukraść kradzież skradziony
zastrzec zablokować
bilet rezerwacja
przesunąć przełożyć zmienić
przełożyć przesunąć termin
wolny bezpłatny dostępny
dostępny dostępność
dostępność dostępny stan
e-faktura faktura
wydruk drukować
kolorowy kolor
zużycie użycie wykorzystanie
wykorzystać użycie zużycie
używać korzystać użycie używanie
korzystać używać korzystanie
kliknąć klikać nacisnąć wybrać
nacisnąć wcisnąć kliknąć
wznowić wznowienie reaktywować ponowny przywrócić
reaktywować ponowny aktywować
ponownie ponowny znowu
odświeżyć odświeżanie
emotikon emoji buźka gif
gif emoji obrazek giphy
naklejka emoji
autoresponder nieobecność automatyczna odpowiedź
tabela wiersz kolumna
formuła wzór funkcja
wykres diagram
wkleić wklejanie skopiować
schowek skopiować wkleić
screen zrzut ekran
zrzut screen ekran
pendrive usb nośnik
sterownik driver
restart uruchomić ponowny
zrestartować uruchomić ponowny
dzwonek dźwięk powiadomienie
poczekalnia lobby
prowadzący organizator prezenter
napisy transkrypcja
transkrypcja napisy
głosowanie ankieta
korekta faktura poprawić
duplikat faktura kopia
studencki student edukacja
nauczyciel edukacja szkoła
uczeń edukacja szkoła student
dyrektor administrator
księgowość rozliczenie faktura
rozliczenie rozliczenia rozliczeniowy rachunek
rozliczać rozliczenie
metoda sposób forma
sposób metoda
blik płatność
gotówka pobranie
pobranie płatność
niski tani
tani tanio cena
zmniejszać ograniczyć
zmienić przełączyć przestawić
przełączyć zmienić przełączanie
przestawić zmienić ustawić
dostosować personalizacja ustawienie
personalizować personalizacja dostosować
spolszczyć język polski
wyszukiwarka wyszukiwanie
historia przeglądanie
ciasteczka cookie pliki
prywatność prywatny
incognito prywatny
wyczyścić usunąć czyszczenie
czyścić czyszczenie usunąć
uszkodzić uszkodzony naprawić
odłączyć rozłączyć usunąć
telewizor tv
oglądać obejrzeć odtwarzać
odtwarzać odtwarzanie oglądać
zaciąć zawieszać buforować
nadesłać wysłać
nadgodziny godziny
przekazać przekazywać przenieść
własność właściciel
właściciel własność
zastąpić zamienić
rozdzielić podzielić
połączyć łączyć scalić
scalić połączyć łączenie
łączyć łączenie połączyć
"""

_ENGLISH: Final = """
mail email e-mail message inbox letter
favorite favourite bookmark
delete remove erase clear
discard delete remove
uninstall remove delete
disappear missing lost vanish gone
lose lost missing
find locate search where
recover restore retrieve back
undo restore revert
reset restore default refresh factory
fix repair troubleshoot solve resolve
broken work problem issue damaged
crash quit close hang freeze
freeze hang stuck respond unresponsive
slow performance hang speed
stop block disable prevent turn
switch change turn
turn enable disable
off disable
on enable
activate enable turn
forbid block prevent
prohibit block
allow permission permit enable
hide remove
show display view appear see
see view show display
blank empty show load
load open
open load access launch start
launch start open
start open launch startup
picture image photo icon
photo picture image
movie video media
film video
clip video
sound audio volume
hear audio sound
music audio sound media
mic microphone
webcam camera
camera webcam
screen display window monitor
window screen
page website site webpage
site website page web
website site page
web internet online
internet connection network online
wifi network connection
app application program software
program application software app
phone mobile android iphone cell smartphone
cellphone mobile phone
iphone ios mobile phone
tablet mobile ipad
laptop computer desktop pc
computer desktop pc laptop device
pc computer desktop
device computer phone
addon add-on extension plugin
extension add-on
plugin add-on extension
theme appearance look
look appearance theme style
appearance theme
dark theme night
color colour theme
font text letter
letter font character
text font
size zoom bigger larger
bigger zoom enlarge size
smaller zoom size
download save
save store download keep
store save
export save backup
backup export copy save
import transfer bring move migrate
bring import transfer
move transfer import
transfer move import
copy transfer duplicate
push send
send share
share send
upload send attach
attach attachment
log sign login
login sign account password username credential
signin sign login
logout sign
password login credential passphrase
forget forgotten remember
remember save forget
pin code password
account profile user
user account profile
profile account
name username
register sign create
create make new add
make create set
add install create
install setup add
setup install installation
update upgrade version new
newer update version latest
upgrade update version
version update release
popup pop-up notification window
notification alert message popup
warning error message alert
error message warning problem
message notification error
complain warning message error
ad advertisement advertising ads
advertiser advertising ad
track tracking tracker follow
follow track
spy track privacy private
private privacy incognito
incognito private
anonymous private privacy
secret private
history visited browsing
visit history browse
location where geolocation position
gps location
safe secure security
secure safe security
unsafe insecure security warning
hack security breach compromise
leak breach
steal breach stolen
virus malware dangerous
harmful dangerous malware deceptive
dangerous harmful malware
protect protection security
kid child parent family
child kid parent parental
children kid parental family
money payment card billing
pay payment billing
card credit payment
credit card
cost price fee charge
price cost fee
charge payment bill fee
bill invoice charge
invoice bill receipt
receipt invoice
refund money return
return refund exchange
exchange return replace
cancel subscription end unsubscribe
unsubscribe cancel
subscribe subscription plan
order purchase buy
buy purchase order
parcel package delivery shipment
package parcel delivery shipment
delivery shipping shipment parcel
ship delivery shipping
shipping delivery
courier delivery carrier
track tracking
late delay delivery
discount coupon code promo
coupon discount voucher code
voucher gift coupon
size fit
warranty guarantee repair
complaint claim
language translate translation locale
translate translation language
translation language translate
menu bar toolbar
toolbar bar menu button
button icon toolbar
icon shortcut button
shortcut icon keyboard
key keyboard shortcut
keyboard key shortcut
mouse click
tab page window
print printer paper
printer print
paper print
cookie data storage
cache data clear
clock time date
time clock date
default standard main
homepage home start
home homepage
address url location bar
type enter input
suggestion suggest proposal autocomplete
proposal suggestion
search find engine lookup
lookup search
google search
edit change modify
modify change edit
change customize edit modify switch
customize change personalize
preference setting option
setting preference option configure
option setting preference
configure setting set
keep save stay remain
stay keep remain
separate multiple different
sync synchronize synchronise
synchronize sync
synchronise sync
connect connection link
link url connect
disconnect remove unlink
pair connect
people person contact
contact help support
help support
support help
human agent support
open hours
address location
appointment booking schedule
book reserve appointment
schedule appointment calendar
meeting call conference
call phone meeting
chat message conversation
vpn proxy
proxy network vpn
netflix drm video
stream video play
play video media
playback play video
release version edition
two multiple several
both multiple
master primary
box window dialog field
ask prompt request
prompt ask request dialog
wrong incorrect broken
messed wrong broken
layout appearance display
experiment study test
leave opt quit exit
exit quit close
report feedback submit
nasty malicious abuse
abuse malicious
adblock blocker add-on
blocker block add-on
foreign language translate
english language translation
german language translation
french language translation
read translate reader
street address
postcode address zip
zip postcode address
shop shopping purchase
weather forecast
star bookmark
chatgpt chatbot ai
ai chatbot
assistant chatbot
group folder organize
organize group sort manage folder
sort organize order
list overview
strange unknown unexpected
unexpected strange
driver graphics
graphics video gpu
gpu graphics
ram memory
memory ram cpu
battery power
speed performance fast
fast speed performance
refuse fail unable block
reject refuse decline
decline reject refuse
fail error unable
unable cannot fail
cannot unable
experience survey
survey feedback
feedback survey submit
opinion feedback review
rating review
review rating
fake fraud
fraud scam phishing
scam phishing fraud
phishing deceptive scam
trick deceptive
headset audio
speaker audio sound
mute sound audio
silent mute
record recording
capture screenshot
screenshot screen capture
draw edit
pdf document
document file pdf
file document
folder directory
directory folder
drive disk storage
disk drive storage
space storage
full storage limit
limit maximum
name rename
rename change name
duplicate copy
merge combine
combine merge
split separate
hidden hide
hide hidden
show unhide
zoom magnify
translate language
expire expired
expired expire renew
renew extend renewal
extend renew
trial free
free trial
cheap price discount
expensive price cost
tax vat
vat tax
owe payment bill
overdue unpaid late
unpaid overdue
debit card
bank account payment
salary payment
cash money
withdraw cash
deposit payment
balance account
wrong mistake
mistake wrong error
accidentally mistake
confirm verify confirmation
verify confirm verification authenticate
verification verify code
authentication two-factor verification
2fa two-factor authentication two-step
mfa two-factor authentication
code verification
text sms message
stolen theft lost
theft stolen
damage damaged broken
damaged broken
colleague coworker user
coworker colleague
boss manager admin
admin administrator
administrator admin
employee user staff
customer client
permission access allow
access permission
deny block refuse
grant allow permission
rights permission
guest external
outside external
external outside
owner administrator
invite invitation add
invitation invite
join enter
remember save keep
reminder notification alarm
alarm reminder
snooze reminder
calendar schedule
event calendar
vacation absence away
holiday vacation
away absence
signature footer
footer signature
template sample
sample example template
guide tutorial instructions
tutorial guide
learn guide
instructions guide manual
manual guide
accessible accessibility
blind accessibility reader
homepage startpage
reopen restore closed
session restore
spelling dictionary spellcheck
dictionary spelling
spellcheck spelling dictionary
reader reading
aloud narrate listen
listen narrate audio
floating picture-in-picture
padlock lock secure
lock padlock secure
antivirus security software
mask relay alias
alias relay email
qr pair phone
donate donation
unlink disconnect
resume restore
restart reboot
reboot restart
scroll scrolling
scrolling scroll
fullscreen full-screen
screenshot capture
pip picture-in-picture
gesture swipe touch
swipe gesture
tablet touch
touch touchscreen
magnify zoom
night dark
bright light theme
black dark
background wallpaper theme
wallpaper background
newsletter subscription
nickname name
avatar picture profile
username login account
email-address email
typo mistake
bug problem issue
issue problem
glitch problem
weird strange unexpected
nag notification
rid remove disable
eliminate remove
wipe clear delete erase
empty clear
forgot forget reset
reinstall install
downgrade older version
older previous version
previous older
latest newest update
newest latest
manage control organize
choose select pick
pick choose select
select choose
rearrange move order customize
drag move drop
reorder move
visible show
invisible hidden
transparent appearance
corporate enterprise work
enterprise organization company
company organization enterprise
school education student
"""

SYNONYMS: Final[Synonyms] = {"pl": read_rows(_POLISH), "en": read_rows(_ENGLISH)}
